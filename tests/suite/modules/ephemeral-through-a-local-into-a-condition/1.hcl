variable "e" {
  default   = "x"
  ephemeral = true
}
locals { l = "${var.e}!" }
resource "terraform_data" "a" {
  input = 1
  lifecycle {
    precondition {
      condition     = local.l == "x!"
      error_message = "no"
    }
  }
}
