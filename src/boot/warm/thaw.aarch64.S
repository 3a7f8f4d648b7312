.globl _start
_start:
 sub sp,sp,#64
 mov x0,#0
 mov x1,sp
 mov x2,#56
 mov x8,#63
 svc #0
 mov x0,#0
 mov x1,sp
 mov x8,#112
 svc #0
 mov x19,x0
 mov x0,#1
 movz x1,#0x5203
 movk x1,#0x4008,lsl #16
 add x2,sp,#16
 mov x8,#29
 svc #0
 orr x19,x19,x0
 mov x0,#1
 movz x1,#0x5207
 svc #0
 mov x0,x19
 mov x8,#93
 svc #0
