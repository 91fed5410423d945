environment "staging" {
  target = sandbox # throwaway machines on this computer
}

environment "production" {
  inputs = { addresses = ["192.0.2.10", "192.0.2.11"] }
}

variable "addresses" {
  type    = list(string)
  default = [null] # one that is made
}

server "web" {
  count   = length(var.addresses)
  address = var.addresses[count.index]
  memory  = "512MiB"
}

resource "ssh_file" "greeting" {
  count   = length(var.addresses)
  host    = server.web[count.index].host
  path    = "/etc/motd"
  content = "This is ${server.web[count.index].address}.\n"
}
