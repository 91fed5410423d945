resource "terraform_data" "a" {
  count = 3
  input = count.index
}
output "o" { value = terraform_data.a[*].output }
