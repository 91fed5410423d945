resource "terraform_data" "a" {
  input = 1
  lifecycle {
    postcondition {
      condition     = self.output == 1 && self.id != ""
      error_message = "no"
    }
  }
}
