resource "terraform_data" "a" {
  input = 2
}
resource "terraform_data" "b" {
  input = terraform_data.a.output
}
resource "terraform_data" "c" {
  input = "${terraform_data.b.output}!"
}
output "o" { value = terraform_data.c.output }
