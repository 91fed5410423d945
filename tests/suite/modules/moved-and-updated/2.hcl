resource "terraform_data" "b" {
  input = 2
}
resource "terraform_data" "u" {
  input = terraform_data.b.output
}
moved {
  from = terraform_data.a
  to   = terraform_data.b
}
output "o" { value = terraform_data.u.output }
