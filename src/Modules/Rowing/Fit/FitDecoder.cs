using System.Buffers.Binary;

namespace Sillage.Rowing.Fit;

/// <summary>What is done with each message.</summary>
internal delegate void FitHandler(in FitMessage message);

/// <summary>How a file was read.</summary>
/// <param name="Messages">How many messages there were.</param>
/// <param name="Failure">Why nothing could be read, or not all of it; null if all was.</param>
/// <param name="WrongSums">In how many parts the check sum is not right.</param>
internal sealed record FitOutcome(long Messages, string? Failure, int WrongSums);

/// <summary>
/// Reads FIT files by the public description of the protocol: several one behind the other, both byte orders, compressed
/// timestamps, fields that apps describe themselves. Every step goes forward in the bytes, so it always comes to an end; what a
/// damaged file still says is said (docs/adr/0144-an-own-fit-decoder.md).
/// </summary>
internal static class FitDecoder
{
    /// <summary>1989-12-31T00:00:00Z in seconds since 1970.</summary>
    public const long Epoch = 631_065_600;

    private const ushort FieldDescription = 206;
    private const int MostMessages = 2_000_000;

    /// <summary>Whether these bytes begin as a FIT file does.</summary>
    public static bool Looks(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 12 && bytes[0] is 12 or 14 && bytes.Slice(8, 4).SequenceEqual(".FIT"u8);

    /// <summary>Reads a file.</summary>
    public static FitOutcome Read(ReadOnlySpan<byte> bytes, FitHandler handle)
    {
        var (messages, wrong) = (0L, 0);
        string? failure = null;
        while (bytes.Length > 0 && failure is null)
        {
            if (!Looks(bytes) || bytes[0] > bytes.Length)
            {
                failure =
                    messages == 0 ? "It does not begin as a FIT file." : "Behind its end there is something else.";
                break;
            }

            var announced = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            var rest = bytes[bytes[0]..];
            // Zero is what a device leaves that died before it could write how long the file is.
            var isCut = announced == 0 || announced > rest.Length;
            var data = isCut ? rest : rest[..(int)announced];
            failure = new Part(data, handle).Read(ref messages);
            if (isCut)
            {
                failure ??= "The file is not complete: its end is missing.";
                break;
            }

            var length = bytes[0] + data.Length;
            if (rest.Length - data.Length < 2)
            {
                failure ??= "The file is not complete: its check sum is missing.";
                break;
            }

            wrong += FitSum.Of(bytes[..length]) == BinaryPrimitives.ReadUInt16LittleEndian(bytes[length..]) ? 0 : 1;
            bytes = bytes[(length + 2)..];
        }

        return new FitOutcome(messages, failure, wrong);
    }

    private ref struct Part(ReadOnlySpan<byte> bytes, FitHandler handle)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private readonly FitDefinition?[] _definitions = new FitDefinition?[16];
        private readonly Dictionary<(long App, long Field), FitDeveloperField> _described = [];
        private int _at;
        private uint _time;

        /// <summary>Reads all messages of the part.</summary>
        /// <returns>Why it could not be read to its end; null if it was.</returns>
        public string? Read(ref long messages)
        {
            while (_at < _bytes.Length)
            {
                var header = _bytes[_at++];
                var failure =
                    (header & 0x80) != 0 ? ReadMessage((header >> 5) & 3, header & 0x1F)
                    : (header & 0x40) != 0 ? Define(header & 0x0F, (header & 0x20) != 0)
                    : ReadMessage(header & 0x0F, null);
                if (failure is not null)
                {
                    return failure;
                }

                if (++messages > MostMessages)
                {
                    return $"It has more than {MostMessages} messages; the rest is not read.";
                }
            }

            return null;
        }

        private string? Define(int local, bool hasDeveloper)
        {
            if (_bytes.Length - _at < 5)
            {
                return "It ends within a definition.";
            }

            var bigEndian = _bytes[_at + 1] == 1;
            var number = bigEndian
                ? BinaryPrimitives.ReadUInt16BigEndian(_bytes[(_at + 2)..])
                : BinaryPrimitives.ReadUInt16LittleEndian(_bytes[(_at + 2)..]);
            var count = _bytes[_at + 4];
            _at += 5;
            var size = 0;
            if (ReadFields(count, ref size) is not { } fields)
            {
                return "It ends within a definition.";
            }

            FitField[] developer = [];
            FitDeveloperField?[] described = [];
            if (hasDeveloper)
            {
                if (_at >= _bytes.Length || ReadFields(_bytes[_at++], ref size) is not { } own)
                {
                    return "It ends within a definition.";
                }

                developer = own;
                // The type of a developer field is the index of its app, until its description says more.
                described = new FitDeveloperField?[own.Length];
                for (var i = 0; i < own.Length; i++)
                {
                    described[i] = Describe(own[i]);
                }
            }

            _definitions[local] = new FitDefinition(number, bigEndian, fields, developer, size)
            {
                Described = described,
            };
            return null;
        }

        private readonly FitDeveloperField? Describe(FitField field) =>
            _described.TryGetValue((field.Type, field.Number), out var description) ? description : null;

        private FitField[]? ReadFields(int count, ref int size)
        {
            if (_bytes.Length - _at < count * 3)
            {
                return null;
            }

            var fields = new List<FitField>(count);
            for (var i = 0; i < count; i++, _at += 3)
            {
                var length = _bytes[_at + 1];
                // One of no bytes says nothing; hundreds of them would be looked through in each of millions of messages.
                if (length > 0)
                {
                    fields.Add(new FitField(_bytes[_at], size, length, _bytes[_at + 2]));
                    size += length;
                }
            }

            return [.. fields];
        }

        private string? ReadMessage(int local, int? offset)
        {
            if (_definitions[local] is not { } definition)
            {
                return $"A message comes before its definition, at byte {_at}.";
            }

            if (_bytes.Length - _at < definition.Size)
            {
                return "It ends within a message.";
            }

            uint? time = null;
            if (offset is { } seconds)
            {
                // Five bits that run over every 32 seconds.
                var low = _time & 0x1F;
                _time = unchecked(_time - low + (uint)seconds + (seconds < low ? 32u : 0));
                time = _time;
            }

            var message = new FitMessage(definition, _bytes.Slice(_at, definition.Size), time);
            _at += definition.Size;
            _time = message.Time ?? _time;
            if (message.Number == FieldDescription)
            {
                Note(message);
            }

            handle(message);
            return null;
        }

        private readonly void Note(in FitMessage message)
        {
            if (
                // Bytes, whatever their definition says: what is kept of them has an end.
                message.Whole(0)
                    is >= 0
                        and <= byte.MaxValue
                        and var app
                && message.Whole(1) is >= 0 and <= byte.MaxValue and var field
                && message.Whole(2) is { } type
                && message.Text(3) is { } name
            )
            {
                var scale = message.Scaled(6, 1) is { } by and not 0 ? by : 1;
                _described[(app, field)] = new FitDeveloperField(name, scale, message.Scaled(7, 1) ?? 0, (byte)type);
            }
        }
    }
}
