resource "terraform_data" "t" {
  count = 2
  input = 1
}
