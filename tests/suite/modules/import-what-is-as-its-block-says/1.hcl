resource "terraform_data" "a" {
  input = null
}
import {
  to = terraform_data.a
  id = "abc"
}
