resource "terraform_data" "a" {
  input = 1
}
output "o" { value = "x-${terraform_data.a.id}" == "x-${terraform_data.a.id}" }
output "l" { value = length("${terraform_data.a.id}") }
