resource "terraform_data" "a" {
  for_each = toset(["k"])
  input = 1
}
moved {
  from = terraform_data.a
  to   = terraform_data.a["k"]
}
