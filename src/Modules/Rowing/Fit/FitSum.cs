namespace Sillage.Rowing.Fit;

/// <summary>The check sum of a FIT file.</summary>
internal static class FitSum
{
    private static readonly ushort[] Table =
    [
        0x0000,
        0xCC01,
        0xD801,
        0x1400,
        0xF001,
        0x3C00,
        0x2800,
        0xE401,
        0xA001,
        0x6C00,
        0x7800,
        0xB401,
        0x5000,
        0x9C01,
        0x8801,
        0x4400,
    ];

    public static ushort Of(ReadOnlySpan<byte> bytes)
    {
        ushort sum = 0;
        foreach (var value in bytes)
        {
            sum = (ushort)((sum >> 4) ^ Table[sum & 0xF] ^ Table[value & 0xF]);
            sum = (ushort)((sum >> 4) ^ Table[sum & 0xF] ^ Table[value >> 4]);
        }

        return sum;
    }
}
