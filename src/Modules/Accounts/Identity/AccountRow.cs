namespace Sillage.Accounts.Identity;

/// <summary>An account as it is stored; ASP.NET Core Identity's user. Identity changes it in place, hence the setters.</summary>
internal sealed class AccountRow
{
    /// <summary>The columns, in the order that queries name them.</summary>
    public const string Columns = """
        id, username, username_key, email, email_key, display_name, display_name_key, role, password_hash,
        password_generated, security_stamp, disabled, failed_logins, locked_until, created_at, email_state,
        first_name, last_name, login_key
        """;

    /// <summary>The same, and what other modules have counted of it: read only, as <c>TakeCounts</c> alone writes it.</summary>
    public const string ReadColumns = $"{Columns}, post_count, follower_count";

    public Guid Id { get; set; }

    public string Username { get; set; } = "";

    /// <summary>What is unique: the name in upper case.</summary>
    public string UsernameKey { get; set; } = "";

    public string? Email { get; set; }

    public string? EmailKey { get; set; }

    public string? DisplayName { get; set; }

    public string? DisplayNameKey { get; set; }

    public string? FirstName { get; set; }

    public string? LastName { get; set; }

    /// <summary>
    /// The address that the account was registered with where that is what people log in with, in upper case: a second user name, which
    /// nobody else sees.
    /// </summary>
    public string? LoginKey { get; set; }

    public string Role { get; set; } = Api.Access.Role.Member;

    public string PasswordHash { get; set; } = "";

    /// <summary>Whether the password was generated and has not been used yet.</summary>
    public bool PasswordGenerated { get; set; }

    /// <summary>Changes with the password.</summary>
    public string SecurityStamp { get; set; } = "";

    public bool Disabled { get; set; }

    public long FailedLogins { get; set; }

    public DateTimeOffset? LockedUntil { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>How many posts of the account others can read.</summary>
    public long PostCount { get; set; }

    /// <summary>How many accounts follow this one.</summary>
    public long FollowerCount { get; set; }

    /// <summary>What is known of the address, see <see cref="Identity.EmailState"/>.</summary>
    public string EmailState { get; set; } = Identity.EmailState.Registered;

    public bool IsLocked(DateTimeOffset now) => LockedUntil > now;

    /// <summary>Sets what a person shows of themselves, with the keys that it is searched by.</summary>
    public void Describe(string? displayName, string? email)
    {
        (DisplayName, DisplayNameKey) = (displayName, displayName?.ToUpperInvariant());
        (Email, EmailKey) = (email, email?.ToUpperInvariant());
    }
}

/// <summary>What is known of an account's address.</summary>
internal static class EmailState
{
    /// <summary>It was given with the account.</summary>
    public const string Registered = "registered";

    /// <summary>Somebody who reads mail there has said that it is theirs.</summary>
    public const string Confirmed = "confirmed";

    /// <summary>It was given later, and nobody has confirmed it: it opens nothing.</summary>
    public const string Changed = "changed";
}
