namespace Sillage.Rowing.Fit;

/// <summary>The base types of the FIT protocol.</summary>
internal static class FitType
{
    public const byte Enum = 0x00;
    public const byte Int8 = 0x01;
    public const byte Byte8 = 0x02;
    public const byte Text = 0x07;
    public const byte Bytes = 0x0D;
    public const byte Int16 = 0x83;
    public const byte UInt16 = 0x84;
    public const byte Int32 = 0x85;
    public const byte UInt32 = 0x86;
    public const byte Float32 = 0x88;
    public const byte Float64 = 0x89;
    public const byte Byte8Z = 0x0A;
    public const byte UInt16Z = 0x8B;
    public const byte UInt32Z = 0x8C;
    public const byte Int64 = 0x8E;
    public const byte UInt64 = 0x8F;
    public const byte UInt64Z = 0x90;

    /// <summary>How many bytes a value of the type has.</summary>
    public static int SizeOf(byte type) =>
        type switch
        {
            Int16 or UInt16 or UInt16Z => 2,
            Int32 or UInt32 or UInt32Z or Float32 => 4,
            Float64 or Int64 or UInt64 or UInt64Z => 8,
            _ => 1,
        };
}
