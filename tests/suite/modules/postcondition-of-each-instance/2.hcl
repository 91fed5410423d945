resource "terraform_data" "a" {
  count = 2
  input = count.index + 4
  lifecycle {
    postcondition {
      condition     = self.output < 5
      error_message = "no"
    }
  }
}
