# A server that exists: nothing is made.

output "address" {
  value = var.address
}

output "host" {
  value = {
    id       = var.address
    address  = var.address
    user     = var.user
    port     = var.port
    identity = var.identity
    host_key = var.host_key
    become   = var.become
  }
}
