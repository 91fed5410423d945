resource "terraform_data" "u" {
  input = 1
}
