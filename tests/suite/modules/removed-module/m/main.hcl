variable "n" {
  default = 1
}
resource "terraform_data" "t" {
  input = var.n
}
output "out" {
  value = terraform_data.t.output
}
