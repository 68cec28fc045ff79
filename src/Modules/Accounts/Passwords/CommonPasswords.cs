namespace Sillage.Accounts.Passwords;

/// <summary>
/// Tells the passwords that are tried first: those on lists of leaked ones, keyboard rows, dates, words with a number behind
/// (NIST SP 800-63B section 5.1.1.2; Wheeler, "zxcvbn", USENIX Security 2016).
/// </summary>
internal static class CommonPasswords
{
    // The judging takes a time that grows faster than the length; whose beginning is hard to guess, is hard to guess.
    private const int LongestJudged = 40;

    // Scores are 0 to 4: below 2, fewer than some hundred million tries are needed.
    private const int LeastScore = 2;

    /// <summary>Whether few tries are enough, by somebody who knows the user name.</summary>
    public static bool Include(string password, string username)
    {
        var judged = password.Length > LongestJudged ? password[..LongestJudged] : password;
        // Its lists are read anew for each call, and let go: people choose passwords seldom.
        return Zxcvbn.Zxcvbn.MatchPassword(judged, [username]).Score < LeastScore;
    }
}
