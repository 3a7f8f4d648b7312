.arch armv7-a
.arm
.globl _start
_start:
 sub sp,sp,#64
 mov r0,#0
 mov r1,sp
 mov r2,#56
 mov r7,#3
 svc #0
 mov r0,#0
 mov r1,sp
 movw r7,#404
 svc #0
 mov r4,r0
 mov r0,#1
 movw r1,#0x5203
 movt r1,#0x4008
 add r2,sp,#16
 mov r7,#54
 svc #0
 orr r4,r4,r0
 mov r0,#1
 movw r1,#0x5207
 svc #0
 mov r0,r4
 mov r7,#1
 svc #0
