resource "terraform_data" "a" {
  count = 2
  input = count.index
}
resource "terraform_data" "b" {
  input = 2
}
moved {
  from = terraform_data.a[2]
  to   = terraform_data.b
}
