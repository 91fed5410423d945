resource "terraform_data" "b" {
  count = 1
  input = 1
}
import {
  to = terraform_data.b[1]
  id = "x"
}
