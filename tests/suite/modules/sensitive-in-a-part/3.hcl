resource "terraform_data" "a" {
  input = { open = 2, shut = sensitive("y") }
}
output "o" { value = terraform_data.a.output.open }
