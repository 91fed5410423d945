resource "terraform_data" "a" {
  triggers_replace = 1
}
resource "terraform_data" "b" {
  input = 1
  depends_on = [terraform_data.a]
}
