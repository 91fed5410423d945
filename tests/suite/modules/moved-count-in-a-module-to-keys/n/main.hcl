resource "terraform_data" "t" {
  for_each = toset(["x", "y"])
  input = 1
}
moved {
  from = terraform_data.t[0]
  to   = terraform_data.t["x"]
}
moved {
  from = terraform_data.t[1]
  to   = terraform_data.t["y"]
}
