resource "terraform_data" "a" {
  for_each = { x = { n = 1 }, y = { n = 3 } }
  input = each.value.n
}
