resource "terraform_data" "b" {
  input = 0
}
moved {
  from = terraform_data.a[0]
  to   = terraform_data.b
}
