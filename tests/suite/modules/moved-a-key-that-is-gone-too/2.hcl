resource "terraform_data" "a" {
  for_each = toset(["y", "z"])
  input = each.key
}
moved {
  from = terraform_data.a["x"]
  to   = terraform_data.a["z"]
}
