resource "terraform_data" "a" {
  count = 1
  input = count.index
}
output "o" { value = terraform_data.a[*].output }
