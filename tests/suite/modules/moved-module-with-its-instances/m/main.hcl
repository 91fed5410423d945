variable "n" {
  default = 1
}
resource "terraform_data" "t" {
  for_each = toset(["x", "y"])
  input    = var.n
}
output "out" { value = { for k, v in terraform_data.t : k => v.output } }
