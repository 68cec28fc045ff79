using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Sillage.Hosting.Limits;

/// <summary>Whose requests are counted together: an IPv4 address, or the /64 network that one IPv6 customer has.</summary>
/// <param name="Value">The address, or the upper half of it.</param>
/// <param name="IsV6">Which of the two.</param>
public readonly record struct AddressKey(ulong Value, bool IsV6)
{
    /// <summary>What stands for it among the ids of accounts, none of which it can be.</summary>
    public Guid ToGuid() =>
        new((int)Value, (short)(Value >> 32), (short)(Value >> 48), 0, 0, 0, 0, 0, 0, 0, IsV6 ? (byte)1 : (byte)0);

    /// <summary>The key of an address; null has one of its own.</summary>
    public static AddressKey Of(IPAddress? address)
    {
        if (address is null)
        {
            return default;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return new AddressKey(BinaryPrimitives.ReadUInt32BigEndian(bytes), false);
        }

        return address.IsIPv4MappedToIPv6
            ? new AddressKey(BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]), false)
            : new AddressKey(BinaryPrimitives.ReadUInt64BigEndian(bytes), true);
    }
}
