kind "server" {
  doc = "A Linux server: one that exists, reached over SSH, or a throwaway machine on this computer."

  implementation "ssh" { when = var.address != null }
  implementation "sandbox" { when = target.provider == "sandbox" }
}

variable "address" {
  type        = string
  default     = null
  description = "Name or address of a server that exists. Without it, one is made."
}

variable "user" {
  type        = string
  default     = "root"
  description = "Who to log in as."
}

variable "port" {
  type        = port
  default     = 22
  description = "The port of sshd."
}

variable "identity" {
  type        = string
  default     = null
  description = "The path of a private key; without it, the agent and the usual files are asked."
}

variable "host_key" {
  type        = string
  default     = null
  description = "The public key that the server must show; without it, known_hosts says."
}

variable "become" {
  type        = bool
  default     = false
  description = "Whether to become root by sudo."
}

variable "memory" {
  type        = size
  default     = null
  description = "The memory of a server that is made."
}

output "address" {
  type        = string
  description = "Where others reach it."
}

output "host" {
  type = object({
    id        = string
    address   = string
    port      = port
    user      = string
    identity  = optional(string)
    host_key  = optional(string)
    become    = optional(bool, false)
    transport = optional(string, "ssh")
  })
  description = "What resources take as their `host`."
}
