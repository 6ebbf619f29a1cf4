namespace Kith.Lab.Tests.Nats;

/// <summary>
/// The rules, in nft(8)'s words, that make a router a NAT of a kind. The kernel's masquerade alone keeps ports and lets in what answers: port-restricted, as long as the router itself
/// drops what comes unasked (else a stray datagram takes the place of a mapping to come, and the kernel gives that another port: it would turn symmetric).
/// </summary>
internal static class NatRules
{
    /// <summary>The interface to the internet; those to people are called lan0, lan1, ….</summary>
    public const string Outside = "wan";

    /// <summary>How long what cones remember lives, in seconds.</summary>
    public const int MemorySeconds = 300;

    /// <summary>Packets of a hundred that <see cref="NatKind.Lossy"/> loses.</summary>
    public const int LossPercent = 10;

    /// <param name="kind">A kind with an IPv4 router.</param>
    /// <param name="address">The router's address outside.</param>
    public static string For(NatKind kind, string address) => $$"""
        table ip lab {
          # From a port outside to whom it is of.
          map hosts { type inet_service : ipv4_addr . inet_service; flags timeout; timeout {{MemorySeconds}}s; }
          # Whom those behind a port outside have sent to.
          set asked { type ipv4_addr . inet_service; flags dynamic,timeout; timeout {{MemorySeconds}}s; }
          chain before { type nat hook prerouting priority dstnat; policy accept;
            {{LetIn(kind, address)}}
          }
          chain after { type nat hook postrouting priority srcnat; policy accept;
            oifname "{{Outside}}" masquerade {{(kind == NatKind.Symmetric ? "random" : "")}};
            {{(kind == NatKind.Hairpin ? $"ip saddr 192.168.0.0/16 oifname \"lan*\" ct status dnat snat to {address};" : "")}}
          }
          chain remember { type filter hook postrouting priority 150; policy accept;
            oifname "{{Outside}}" meta l4proto udp update @hosts { ct reply proto-dst : ct original ip saddr . ct original proto-src };
            oifname "{{Outside}}" meta l4proto udp update @asked { ip daddr . ct reply proto-dst };
          }
          chain own { type filter hook input priority filter; policy accept;
            iifname "{{Outside}}" drop;
            ip daddr {{address}} drop;
          }
          chain through { type filter hook forward priority filter; policy accept;
            {{Block(kind)}}
            iifname "{{Outside}}" ct state invalid drop;
            iifname "{{Outside}}" ct state new ct status dnat accept;
            iifname "{{Outside}}" ct state new drop;
          }
        }
        """;

    /// <summary>A firewall of IPv6 that lets in only what answers (RFC 6092 section 3.2).</summary>
    public const string FirewallIPv6 = $$"""
        table ip6 lab {
          chain through { type filter hook forward priority filter; policy accept;
            iifname "{{Outside}}" ct state established,related accept;
            iifname "{{Outside}}" drop;
          }
        }
        """;

    /// <summary>A router between two networks that loses packets at random, both ways.</summary>
    /// <param name="perMille">Packets of a thousand.</param>
    public static string Loss(int perMille) => $$"""
        table ip loss {
          chain through { type filter hook forward priority filter; policy accept;
            numgen random mod 1000 < {{perMille}} drop;
          }
        }
        """;

    private static string LetIn(NatKind kind, string address) => kind switch
    {
        NatKind.FullCone => $"iifname \"{Outside}\" meta l4proto udp dnat ip to udp dport map @hosts;",
        NatKind.AddressRestricted => $"iifname \"{Outside}\" ip saddr . udp dport @asked dnat ip to udp dport map @hosts;",
        NatKind.Hairpin => $"iifname \"lan*\" ip daddr {address} meta l4proto udp dnat ip to udp dport map @hosts;",
        _ => "",
    };

    private static string Block(NatKind kind) => kind switch
    {
        NatKind.UdpBlocked => "meta l4proto udp drop;",
        NatKind.OnlyTcp443 => $"oifname \"{Outside}\" meta l4proto != tcp drop; oifname \"{Outside}\" tcp dport != 443 drop;",
        NatKind.Hairpin => "iifname \"lan*\" oifname \"lan*\" ct status dnat accept; iifname \"lan*\" oifname \"lan*\" drop;",
        NatKind.Lossy => $"numgen random mod 100 < {LossPercent} drop;",
        _ => "",
    };
}
