resource "terraform_data" "a" {
  input = 1
}
resource "terraform_data" "b" {
  input = 1
}
import {
  to = terraform_data.b
  id = terraform_data.a.id
}
