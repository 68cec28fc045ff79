using System.Security.Cryptography;

namespace Sillage.Traces.Participants;

/// <summary>Random names for participants: <c>p</c> and twelve characters, of which none is taken for another when read aloud.</summary>
internal static class Pseudonym
{
    // Crockford's base 32: 60 bits, so that two of a million participants meet with a chance of one in two million.
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    public static string Create() => "p" + RandomNumberGenerator.GetString(Alphabet, 12);
}
