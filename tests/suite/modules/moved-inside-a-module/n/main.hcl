resource "terraform_data" "u" {
  input = 1
}
moved {
  from = terraform_data.t
  to   = terraform_data.u
}
