resource "terraform_data" "a" {
  input = 1
}
moved {
  from = module.m.terraform_data.t
  to   = terraform_data.a
}
