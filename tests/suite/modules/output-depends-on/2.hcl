resource "terraform_data" "a" {
  input = 2
}
output "o" {
  value      = 1
  depends_on = [terraform_data.a]
}
