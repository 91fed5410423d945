resource "terraform_data" "a" {
  input = 3
}
import {
  to = terraform_data.a
  id = "abc"
}
output "o" { value = terraform_data.a.id }
