resource "terraform_data" "a" {
  count = 2
  input = count.index
  lifecycle {
    postcondition {
      condition     = self.output < 5
      error_message = "no"
    }
  }
}
