removed {
  from = terraform_data.t
  lifecycle {
    destroy = false
  }
}
