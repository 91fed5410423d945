resource "terraform_data" "a" {
  for_each = toset(["x", "y"])
  input = each.key
}
import {
  for_each = { x = "1", y = "2" }
  to       = terraform_data.a[each.key]
  id       = each.value
}
output "o" { value = { for k, v in terraform_data.a : k => v.id } }
