resource "terraform_data" "a" {
  count = 2
  input = count.index
}
output "o" { value = terraform_data.a[*].output }
