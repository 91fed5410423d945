resource "terraform_data" "a" {
  input = 2
}
resource "terraform_data" "b" {
  input = terraform_data.a.output
}
import {
  to = terraform_data.a
  id = "x"
}
output "o" { value = [terraform_data.a.id, terraform_data.b.output] }
