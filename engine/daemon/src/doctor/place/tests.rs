use super::*;

#[test]
fn versions_are_read_from_what_programs_say() {
    let table = [
        ("ibus-daemon - Version 1.5.27", Some([1, 5, 27])),
        ("IBus 1.5.35-alpha2\n", Some([1, 5, 35])),
        ("1.6", None),
        ("", None),
    ];
    for (told, version) in table {
        assert_eq!(parse_version(told), version, "{told}");
    }
}

#[test]
fn a_folder_that_takes_nothing_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    write_probe(&folder.path().join("new")).unwrap();
    assert_eq!(fs::read_dir(folder.path().join("new")).unwrap().count(), 0);
    fs::write(folder.path().join("file"), "").unwrap();
    write_probe(&folder.path().join("file")).unwrap_err();
}
