resource "terraform_data" "a" {
  input = 2
  lifecycle {
    postcondition {
      condition     = self.output == 2
      error_message = "no"
    }
  }
}
