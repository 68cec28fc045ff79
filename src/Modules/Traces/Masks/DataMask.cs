using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sillage.Schema;

namespace Sillage.Traces.Masks;

/// <summary>
/// Leaves marked fields out of a trace's data, or puts tokens in their place: keyed, so that nobody turns one back by
/// trying likely texts, and the same for the same text of one participant, so that his answers can still be counted and
/// compared. Another participant's token for it is another, and so is one for what somebody else sent in his name: else whoever may
/// write could send likely texts and see whose token comes back (see <c>docs/adr/0108-tokens-of-a-participants-own.md</c>).
/// </summary>
internal sealed class DataMask
{
    /// <summary>The length of a study's key in bytes.</summary>
    public const int KeyLength = 32;

    /// <summary>The length of every token in characters.</summary>
    public const int TokenLength = 13;

    private readonly FieldRule[] _marked;
    private readonly byte[] _key;

    private DataMask(FieldRule[] marked, byte[] key) => (_marked, _key) = (marked, key);

    /// <summary>The mask of a study; null where no field is marked.</summary>
    public static DataMask? Of(FieldRules fields, byte[]? key)
    {
        FieldRule[] marked = [.. fields.Rules.Where(r => r.Export != FieldExport.Keep)];
        return marked.Length == 0 ? null : new DataMask(marked, key ?? []);
    }

    /// <summary>The data as it is shown; valid until <paramref name="buffer"/> is used again.</summary>
    /// <param name="data">A JSON object.</param>
    /// <param name="whose">Whose trace it is.</param>
    /// <param name="buffer">Room for the data where it has to be changed.</param>
    public ReadOnlySpan<byte> Apply(ReadOnlySpan<byte> data, Whose whose, ArrayBufferWriter<byte> buffer)
    {
        buffer.ResetWrittenCount();
        buffer.Write("{"u8);
        var (changed, first) = (false, true);
        Span<byte> token = stackalloc byte[TokenLength];
        var reader = new Utf8JsonReader(data, new JsonReaderOptions { MaxDepth = int.MaxValue });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            var rule = Find(ref reader);
            reader.Read();
            if (rule?.Export == FieldExport.LeaveOut)
            {
                reader.Skip();
                changed = true;
                continue;
            }

            if (!first)
            {
                buffer.Write(","u8);
            }

            first = false;
            var value = (int)reader.TokenStartIndex;
            var masked = rule is not null && HidesSomething(ref reader);
            if (masked)
            {
                WriteToken(ref reader, whose, token);
            }

            reader.Skip();
            buffer.Write(data[start..(masked ? value : (int)reader.BytesConsumed)]);
            if (masked)
            {
                buffer.Write("\""u8);
                buffer.Write(token);
                buffer.Write("\""u8);
                changed = true;
            }
        }

        buffer.Write("}"u8);
        return changed ? buffer.WrittenSpan : data;
    }

    /// <summary>What is shown of the value that the reader stands at; nothing of nothing.</summary>
    public string TokenOf(ref Utf8JsonReader reader, Whose whose)
    {
        if (!HidesSomething(ref reader))
        {
            return "";
        }

        Span<byte> token = stackalloc byte[TokenLength];
        WriteToken(ref reader, whose, token);
        return Encoding.ASCII.GetString(token);
    }

    /// <summary>Whether the value that the reader stands at is shown as this text.</summary>
    public bool IsShownAs(ref Utf8JsonReader reader, Whose whose, ReadOnlySpan<byte> shown)
    {
        if (!HidesSomething(ref reader))
        {
            return shown.IsEmpty && reader.TokenType == JsonTokenType.String;
        }

        Span<byte> token = stackalloc byte[TokenLength];
        WriteToken(ref reader, whose, token);
        return shown.SequenceEqual(token);
    }

    // That nothing was typed is no secret, and the difference between nothing and no answer is worth keeping.
    private static bool HidesSomething(ref Utf8JsonReader reader) =>
        reader.TokenType != JsonTokenType.Null
        && (reader.TokenType != JsonTokenType.String || !reader.ValueSpan.IsEmpty);

    private FieldRule? Find(ref Utf8JsonReader reader)
    {
        foreach (var rule in _marked)
        {
            if (reader.ValueTextEquals(rule.Utf8Name))
            {
                return rule;
            }
        }

        return null;
    }

    /// <summary>HMAC-SHA256 under the study's key, cut to 60 bits and written like a pseudonym.</summary>
    private void WriteToken(ref Utf8JsonReader reader, Whose whose, scoped Span<byte> token)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var text = ArrayPool<byte>.Shared.Rent(Whose.Length + reader.ValueSpan.Length);
        whose.Write(text);
        var length = reader.ValueSpan.Length;
        if (reader.TokenType == JsonTokenType.String && reader.ValueIsEscaped)
        {
            // However a client escapes a text, it is the same text.
            length = reader.CopyString(text.AsSpan(Whose.Length));
        }
        else
        {
            reader.ValueSpan.CopyTo(text.AsSpan(Whose.Length));
        }

        HMACSHA256.HashData(_key, text.AsSpan(0, Whose.Length + length), hash);
        ArrayPool<byte>.Shared.Return(text, clearArray: true);
        token[0] = (byte)'t';
        for (var i = 1; i < token.Length; i++)
        {
            token[i] = Alphabet[hash[i] & 31];
        }
    }

    private static ReadOnlySpan<byte> Alphabet => "0123456789abcdefghjkmnpqrstvwxyz"u8;
}

/// <summary>Whose a trace is, for the tokens in it.</summary>
/// <param name="Participant">The participant's number; null if there is none.</param>
/// <param name="Sender">Who sent it, if not the participant himself.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Whose(long? Participant, Guid? Sender)
{
    /// <summary>How many bytes <see cref="Write"/> needs.</summary>
    public const int Length = 8 + 1 + 16;

    /// <summary>Writes it so that no two are written alike.</summary>
    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteInt64BigEndian(to, Participant ?? 0);
        to[8] = Sender is null ? (byte)0 : (byte)1;
        _ = (Sender ?? Guid.Empty).TryWriteBytes(to[9..], bigEndian: true, out _);
    }
}
