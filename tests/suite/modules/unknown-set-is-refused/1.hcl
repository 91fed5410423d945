resource "terraform_data" "a" {
  input = 1
}
resource "terraform_data" "b" {
  for_each = { for v in [terraform_data.a.id] : v => 1 }
}
