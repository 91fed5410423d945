resource "terraform_data" "a" {
  input = { open = 1, shut = sensitive("x") }
}
output "o" { value = terraform_data.a.output.open }
