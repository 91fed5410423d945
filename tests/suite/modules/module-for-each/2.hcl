module "m" {
  source   = "./m"
  for_each = { b = 3 }
  n        = each.value
}
output "o" { value = { for k, m in module.m : k => m.out } }
