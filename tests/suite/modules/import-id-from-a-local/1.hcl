variable "ids" { default = ["p", "q"] }
locals { ids = { for i, v in var.ids : tostring(i) => v } }
resource "terraform_data" "a" {
  count = 2
  input = null
}
import {
  for_each = local.ids
  to       = terraform_data.a[tonumber(each.key)]
  id       = each.value
}
output "o" { value = terraform_data.a[*].id }
