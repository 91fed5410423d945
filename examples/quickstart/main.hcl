# Two machines, each with a small HTTP service behind nginx.
#
#   landfall init
#   landfall apply
#
# The machines are throwaway ones on this computer. For servers that exist, give each `server` its
# `address`: the rest stays as it is.

project "quickstart" {}

environment "default" {
  target = sandbox
}

variable "greeting" {
  type        = string
  default     = "hello"
  description = "What the service says."
}

server "web" {
  for_each = toset(["one", "two"])
}

secret "session_key" {
  length = 48
}

locals {
  hosts = { for name, server in server.web : name => server.host }
  port  = 4000
}

resource "ssh_package" "python" {
  for_each = local.hosts
  host     = each.value
  name     = "python3"
}

resource "ssh_package" "nginx" {
  for_each = local.hosts
  host     = each.value
  name     = "nginx-light"
}

resource "ssh_user" "app" {
  for_each = local.hosts
  host     = each.value
  name     = "greeter"
  system   = true
  shell    = "/usr/sbin/nologin"
}

resource "ssh_directory" "app" {
  for_each = local.hosts
  host     = each.value
  path     = "/opt/greeter"
}

resource "ssh_file" "app" {
  for_each = local.hosts
  host     = each.value
  path     = "${ssh_directory.app[each.key].path}/greeter.py"
  source   = "app/greeter.py"
}

resource "ssh_file" "environment" {
  for_each = local.hosts
  host     = each.value
  path     = "/etc/greeter.env"
  mode     = "0640"
  group    = ssh_user.app[each.key].name
  content  = <<-EOT
    GREETING=${var.greeting}
    MACHINE=${each.key}
    PORT=${local.port}
    SESSION_KEY=${secret.session_key.value}
  EOT
}

resource "ssh_systemd_unit" "app" {
  for_each = local.hosts
  host     = each.value
  name     = "greeter.service"
  content = templatefile("app/greeter.service", {
    user        = ssh_user.app[each.key].name
    script      = ssh_file.app[each.key].path
    environment = ssh_file.environment[each.key].path
  })
  restart_on = [
    ssh_file.app[each.key].content_sha256,
    ssh_file.environment[each.key].content_sha256,
  ]
  depends_on = [ssh_package.python]
}

resource "ssh_file" "site" {
  for_each = local.hosts
  host     = each.value
  path     = "/etc/nginx/sites-available/default"
  existing = "adopt"
  content  = templatefile("app/nginx.conf", { port = local.port })

  depends_on = [ssh_package.nginx]
}

resource "ssh_systemd_unit" "nginx" {
  for_each   = local.hosts
  host       = each.value
  name       = "nginx.service"
  restart_on = [ssh_file.site[each.key].content_sha256]

  depends_on = [ssh_package.nginx, ssh_systemd_unit.app]
}

output "addresses" {
  value = { for name, host in local.hosts : name => "http://${host.address}/" }
}
